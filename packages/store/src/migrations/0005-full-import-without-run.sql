-- Nothing reads which run a full import under way belongs to, nor which controller gave its cookie.
alter table full_import drop column run_id, drop column server;
