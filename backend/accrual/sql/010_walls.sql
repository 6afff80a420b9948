call paragon_wall('settlement', 'select, insert');
call paragon_wall('award', 'select, insert');
call paragon_wall('resettlement', 'select, insert');
call paragon_wall('reversal', 'select, insert');
call paragon_wall('held_receipt', 'select, insert, update, delete');
