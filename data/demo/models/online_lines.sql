select
    order_id, line_no, ordered_on, department, channel, customer_id, product_line, product_group, new_model,
    quantity, amount, status
from order_lines
where department = 'online_sales'
