call paragon_wall('wallet_pass', 'select, insert, update');
call paragon_wall('apple_registration', 'select, insert, update, delete');
