DELETE FROM lead_keys WHERE lead_id IN (SELECT id FROM leads WHERE deleted_at IS NOT NULL);
