"""Search by words under row policies, and what telephones and e-mails are found by.

LIKE and the trigram operators might tell in an error message what they were given, so PostgreSQL asks them of no row that a
row policy has not let through first, and reads the whole table. These functions ask them with the owner's rights, and
answer with row numbers only, of nobody whom the purpose does not see; the rows are then read under its row policies.
They are called by position: see `forsyn.domain.customers.search`.

For what begins so there are operators that tell nothing (starts_with), but lower() is not one of them: so small letters
are stored.
"""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Lower

CONDITIONS = """
-- begins, contains, similar: words of letters, digits and blanks as in a search key; whatever they hold is taken literally.
create function customers_word_conditions(text[], text[], text[], text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(string_agg('(' || condition || ')', $4), 'false')
      from (
        select format('search_key like %L or search_key like %L', pattern || '%', '% ' || pattern || '%')
          from (select regexp_replace(word, '([%_\\\\])', '\\\\\\1', 'g') from unnest($1) as word) as words (pattern)
        union all
        select format('search_key like %L', '%' || pattern || '%')
          from (select regexp_replace(word, '([%_\\\\])', '\\\\\\1', 'g') from unnest($2) as word) as words (pattern)
        union all
        select format('search_key operator(public.%%>>) %L', word) from unnest($3) as word) as conditions (condition)
$$;

-- Which of the words begin a word of the key: the first is bit 1, the second bit 2, the third bit 4.
create function customers_word_bits(text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(string_agg(format('(case when %s then %s else 0 end)',
                                      public.customers_word_conditions(array[word], null, null, ''),
                                      1 << (place::integer - 1)), ' | '), '0')
      from unnest($1) with ordinality as words (word, place)
$$;
"""

MATCHING = """
create function {name}(text[], text[], text[], integer) returns setof bigint
language plpgsql stable security definer rows 500 set search_path = pg_catalog, pg_temp as $$
declare
    begins alias for $1; contains alias for $2; similar_to alias for $3; at_most alias for $4;
begin
    return query execute format('select id from public.{table} where %s and {visible} limit %L',
                                public.customers_word_conditions(begins, contains, similar_to, ' and '), at_most);
end
$$;
"""

ANSWERING = """
create function {name}(text[], text[]) returns table (id bigint, bits integer)
language plpgsql stable security definer rows 500 set search_path = pg_catalog, pg_temp as $$
declare
    words alias for $1; driving alias for $2;
begin
    return query execute format('select {key}, bit_or(%s) from public.{table} where (%s) and {visible} group by {key}',
                                public.customers_word_bits(words),
                                public.customers_word_conditions(driving, null, null, ' or '));
end
$$;
"""

NAMES = {
    "table": "customers_customer_name",
    "key": "customer_id",
    "visible": "customer_id not in (select c from enforcement.hidden_customers() as c)",
}
ADDRESSES = {
    "table": "customers_address",
    "key": "id",
    "visible": "id not in (select k from enforcement.hidden_in_customers_address() as k)",
}

# `forsyn policy apply` writes what it does, as of all functions of that schema.
HIDDEN_ADDRESSES = """
create or replace function enforcement.hidden_in_customers_address() returns setof bigint
language plpgsql stable security definer parallel safe rows 20
set search_path = pg_catalog, pg_temp as $enforcement$
begin
  return;
end
$enforcement$;
"""

FUNCTIONS = (
    HIDDEN_ADDRESSES
    + CONDITIONS
    + MATCHING.format(name="customers_names_matching", **NAMES)
    + MATCHING.format(name="customers_addresses_matching", **ADDRESSES)
    + ANSWERING.format(name="customers_names_answering", **NAMES)
    + ANSWERING.format(name="customers_addresses_answering", **ADDRESSES)
)
WITHOUT_FUNCTIONS = """
drop function customers_names_matching, customers_addresses_matching, customers_names_answering,
              customers_addresses_answering, customers_word_bits, customers_word_conditions;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_whose_choices"), ("safeguards", "0003_enforcement")]

    operations = [
        migrations.RunSQL(FUNCTIONS, reverse_sql=WITHOUT_FUNCTIONS),
        migrations.RemoveIndex(model_name="contactpoint", name="customers_contact_value_idx"),
        migrations.AddField(
            model_name="contactpoint",
            name="search_key",
            field=models.GeneratedField(
                expression=Lower("value"), output_field=models.CharField(max_length=254), db_persist=True
            ),
        ),
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(OpClass("search_key", name="text_pattern_ops"), name="customers_contact_search_idx"),
        ),
    ]
