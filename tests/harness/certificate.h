/* certificate.h — self-signed certificates for tests, made by the openssl command. */

#ifndef HARNESS_CERTIFICATE_H
#define HARNESS_CERTIFICATE_H

/*
 * PEM files "cert.pem" and "key.pem" in `folder`. `subject` like "/O=Acme/CN=x" (also the issuer),
 * `san` like "IP:127.0.0.1" or "DNS:agent.example"; negative `days` = expired so long ago.
 */
void certificate_make(const char *folder, const char *subject, const char *san, int days,
	char cert[512], char key[512]);

#endif
