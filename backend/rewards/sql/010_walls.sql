call paragon_wall('voucher', 'select, insert, update');
call paragon_wall('coupon', 'select, insert, update');
call paragon_wall('draw_entry', 'select, insert, update');
call paragon_wall('gift', 'select, insert, update');
call paragon_wall('stamp_count', 'select, insert, update');
call paragon_wall('taken_back', 'select, insert');
