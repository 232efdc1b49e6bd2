import { Client } from "pg";

/**
 * Fills accounts' table up to `count` users, as people would: ids and addresses in no order, 8 % couriers, 1 % dispatchers,
 * 2 % being deleted, 1 % pending.
 */
export async function fillUsers(url: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `insert into users (user_id, email, email_verified, display_name, phone, locale, roles, state, version, revision,
                          created_at, updated_at, followed_at)
       select md5('id ' || n)::uuid::text, substr(md5('address ' || n), 1, 16) || '@example.com', true,
              'Person Number ' || n, '+49151' || (10000000 + n), 'de-DE',
              case when n % 100 < 8 then '{courier,customer}'::text[]
                   when n % 100 = 8 then '{dispatcher}' else '{customer}' end,
              case when n % 97 < 2 then 'deleting' when n % 97 = 2 then 'pending' else 'active' end,
              1, 1, now(), now(), now()
         from generate_series(1, $1::int - (select count(*)::int from users)) n`,
      [count],
    );
    await client.query("vacuum analyze users");
  } finally {
    await client.end();
  }
}
