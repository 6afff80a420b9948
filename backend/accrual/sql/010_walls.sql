call paragon_wall('settlement', 'select, insert');
call paragon_wall('award', 'select, insert');
call paragon_wall('resettlement', 'select, insert');
call paragon_wall('reversal', 'select, insert');
call paragon_wall('held_receipt', 'select, insert, update, delete');
call paragon_wall('replay', 'select, insert, update');
call paragon_wall('replay_sum', 'select, insert, update, delete');
call paragon_wall('replay_member', 'select, insert, update, delete');
