call paragon_wall('staff_account', 'select, insert, update');
call paragon_wall('staff_recovery_code', 'select, insert, delete');
call paragon_wall('staff_session', 'select, insert, update, delete');
