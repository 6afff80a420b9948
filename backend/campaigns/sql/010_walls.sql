call paragon_wall('campaign', 'select, insert, update');
