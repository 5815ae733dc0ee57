-- Leads in the trash are found by their numbers and addresses, too: an older program took these away when it deleted a lead.
INSERT OR IGNORE INTO lead_keys (kind, value, lead_id)
SELECT CASE kind WHEN 'email' THEN 'email' ELSE 'phone' END,
       CASE kind WHEN 'email' THEN lower(value) ELSE substr(value, 1, instr(value || ';', ';') - 1) END,
       id
FROM (
    SELECT l.id, json_extract(p.value, '$.kind') AS kind, json_extract(p.value, '$.value') AS value
    FROM leads l, json_each(l.contact_points) p
    WHERE l.deleted_at IS NOT NULL
)
WHERE kind IN ('phone', 'mobile', 'fax', 'email');
