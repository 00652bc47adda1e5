// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/auth_msg.h"

#include <stdlib.h>

#include "base/secret.h"

struct ike_auth_request *ike_auth_request_new(enum auth_kind kind, size_t octets_n)
{
	struct ike_auth_request *request;

	if (octets_n > AUTH_OCTETS_MOST)
		return NULL;
	request = calloc(1, sizeof(*request) + octets_n);
	if (!request)
		return NULL;
	request->kind = kind;
	request->octets_n = (uint32_t)octets_n;
	return request;
}

void ike_auth_request_free(struct ike_auth_request *request)
{
	if (!request)
		return;
	secret_wipe(request, ike_auth_request_size(request));
	free(request);
}

size_t ike_auth_request_size(const struct ike_auth_request *request)
{
	return sizeof(*request) + request->octets_n;
}

bool ike_auth_request_add(struct ike_auth_request *request, uint64_t key)
{
	for (unsigned int i = 0; i < request->n_keys; i++)
		if (request->keys[i] == key)
			return true;
	if (request->n_keys == AUTH_KEYS_MOST)
		return false;
	request->keys[request->n_keys++] = key;
	return true;
}

bool ike_auth_request_same(const struct ike_auth_request *a, const struct ike_auth_request *b)
{
	const size_t from = sizeof(a->ticket), n = ike_auth_request_size(a);

	return n == ike_auth_request_size(b) &&
	       secret_equal((const uint8_t *)a + from, (const uint8_t *)b + from, n - from);
}

bool ike_auth_request_whole(const void *body, size_t n)
{
	const struct ike_auth_request *request = body;

	return n >= sizeof(*request) && request->octets_n <= AUTH_OCTETS_MOST &&
	       n == ike_auth_request_size(request) && request->n_keys &&
	       request->n_keys <= AUTH_KEYS_MOST && request->proof_n <= sizeof(request->proof) &&
	       request->kind >= AUTH_MAKE && request->kind <= AUTH_LOOK &&
	       request->tail_n <= request->octets_n;
}

bool ike_auth_answer_whole(const void *body, size_t n)
{
	const struct ike_auth_answer *answer = body;

	return n == sizeof(*answer) && answer->n <= sizeof(answer->octets);
}
