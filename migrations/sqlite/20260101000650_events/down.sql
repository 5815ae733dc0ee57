DROP TABLE notifications;
DROP INDEX tasks_snoozed;
DROP INDEX interactions_appointments;
DROP TABLE calendar_secrets;
DROP TABLE calendars;
