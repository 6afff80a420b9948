-- Written once, by its cause; nobody edits what a member was told.
call paragon_wall('message', 'select, insert');
