call paragon_wall('delivery', 'select, insert, update');
