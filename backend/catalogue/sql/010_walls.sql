call paragon_wall('product', 'select, insert, update');
call paragon_wall('product_gtin', 'select, insert, delete');
call paragon_wall('product_name', 'select, insert, delete');
call paragon_wall('product_price', 'select, insert, delete');
call paragon_wall('product_group', 'select, insert, update, delete');
call paragon_wall('catalogue_version', 'select, insert, update');
call paragon_wall('catalogue_import', 'select, insert, update');
call paragon_wall('product_alias', 'select, insert, update, delete');
call paragon_wall('unmatched_text', 'select, insert, update');
