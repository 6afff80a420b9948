call paragon_wall('product', 'select, insert, update');
call paragon_wall('product_gtin', 'select, insert, delete');
call paragon_wall('product_name', 'select, insert, delete');
