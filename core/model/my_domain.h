/* my_domain.h — is salesforce.domain a My Domain, and of the chosen environment? */

#ifndef MODEL_MY_DOMAIN_H
#define MODEL_MY_DOMAIN_H

#include "model/connection.h"

/* ERR_CONFIG naming salesforce.domain and the right value where it can be told. */
int my_domain_check(const struct connection *connection, struct err *err);

#endif
