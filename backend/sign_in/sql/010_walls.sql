call paragon_wall('sign_in_challenge', 'select, insert, update, delete');
call paragon_wall('token_family', 'select, insert, update, delete');
