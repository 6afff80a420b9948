call paragon_wall('member', 'select, insert, update');
