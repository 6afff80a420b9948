-- Tables of the kit: jobs stand outside the wall, because one worker serves every tenant.
revoke all on job from paragon_app;
grant select, insert, update, delete on job to paragon_app;

call paragon_wall('idempotency', 'select, insert, update');
