call paragon_wall('receipt', 'select, insert, update');
call paragon_wall('receipt_line', 'select, insert');

-- Outside the wall: what an authority attested is the same for every tenant and names no person.
revoke all on fiscal_answer from paragon_app;
grant select, insert, update on fiscal_answer to paragon_app;
