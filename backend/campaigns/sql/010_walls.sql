call paragon_wall('campaign', 'select, insert, update');
-- What held once goes on having held.
call paragon_wall('campaign_revision', 'select, insert');
call paragon_wall('campaign_turn', 'select, insert');
call paragon_wall('campaign_pool', 'select, insert, update');
call paragon_wall('campaign_slot', 'select, insert, update');
call paragon_wall('promotion_use', 'select, insert, update');
call paragon_wall('member_uses', 'select, insert, update');
call paragon_wall('code_list', 'select, insert');
call paragon_wall('promo_code', 'select, insert, update');
call paragon_wall('offer_hold', 'select, insert, update, delete');
