/* setup_paths.h — menu paths of Salesforce Setup that remedies and checklist share. */

#ifndef SALESFORCE_SETUP_PATHS_H
#define SALESFORCE_SETUP_PATHS_H

#define ECA_SETTINGS "Setup > External Client App Manager > the app > Settings > OAuth Settings"
#define ECA_POLICIES "Setup > External Client App Manager > the app > Policies > Edit"
#define APP_VIEW "Setup > App Manager > the app > View"
#define APP_EDIT "Setup > App Manager > the app > Edit"
#define APP_POLICIES "Setup > App Manager > the app > Manage > Edit Policies"
#define PERMISSIONS "Setup > Permission Sets > the API user's set > Object Settings"
#define FIELD "Setup > Object Manager > the object > Fields & Relationships > the field"

#endif
