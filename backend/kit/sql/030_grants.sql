-- Tables of the kit: jobs stand outside the wall, because one worker serves every tenant.
revoke all on job from paragon_app;
grant select, insert, update, delete on job to paragon_app;

call paragon_wall('idempotency', 'select, insert, update');

-- Counters of contacts stand outside the wall: an address is spared whichever tenant writes to it. No address is in them.
revoke all on contact_counter from paragon_app;
grant select, insert, update, delete on contact_counter to paragon_app;

-- Functions of the hot path keep their answers and send work on themselves.
call paragon_wall_definer('idempotency', 'select, insert');
revoke all on job from paragon_definer;
grant insert on job to paragon_definer;
