call paragon_wall('member', 'select, insert, update');
-- What was accepted stays accepted.
call paragon_wall('terms_acceptance', 'select, insert');
call paragon_wall('device', 'select, insert, update, delete');
call paragon_wall('member_group', 'select, insert, delete');

-- Functions that count what a member has lock the member first.
call paragon_wall_definer('member', 'select, update');
