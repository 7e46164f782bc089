select entry_id, posted_on, department, account, account_group, amount
from ledger
where account_group in ('revenue', 'cost_of_sales', 'warranty')
