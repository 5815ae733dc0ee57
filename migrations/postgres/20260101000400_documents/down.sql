DROP TABLE document_links;
DROP TABLE document_texts;
DROP TABLE document_versions;
DROP TABLE documents;
