select
    order_id, line_no, ordered_on, promised_on, shipped_on, delivered_on, returned_on,
    department, channel, customer_id, product_line, amount, cost
from order_lines
where product_group <> 'service' and status <> 'cancelled'
