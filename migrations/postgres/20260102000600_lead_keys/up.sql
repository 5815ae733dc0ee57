-- Leads in the trash are found by their numbers and addresses, too: an older program took these away when it deleted a lead.
INSERT INTO lead_keys (kind, value, lead_id)
SELECT CASE kind WHEN 'email' THEN 'email' ELSE 'phone' END,
       CASE kind WHEN 'email' THEN lower(value COLLATE "C") ELSE split_part(value, ';', 1) END,
       id
FROM (
    SELECT l.id, p.value ->> 'kind' AS kind, p.value ->> 'value' AS value
    FROM leads l, jsonb_array_elements(l.contact_points) p
    WHERE l.deleted_at IS NOT NULL
) points
WHERE kind IN ('phone', 'mobile', 'fax', 'email')
ON CONFLICT DO NOTHING;
