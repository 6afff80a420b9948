call paragon_wall('settlement', 'select, insert');
call paragon_wall('award', 'select, insert');
call paragon_wall('reversal', 'select, insert');
