-- Tenants stand outside the wall: they are how one enters. The application reads them and adds none by itself.
revoke all on tenant from paragon_app;
grant select, insert on tenant to paragon_app;

call paragon_wall('programme', 'select, insert, update');
call paragon_wall('partner', 'select, insert, update');
call paragon_wall('outlet', 'select, insert, update');
