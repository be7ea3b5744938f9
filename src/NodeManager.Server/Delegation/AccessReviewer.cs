using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Delegation;

/// <summary>
/// Authenticates tokens (TokenReview) and authorizes users (SubjectAccessReview) with the API server. Caches results briefly by hash;
/// tokens are not stored. Thread-safe.
/// </summary>
internal sealed class AccessReviewer(ClusterSession cluster, TimeProvider time) : IDisposable
{
    /// <summary>The cache duration. The API server itself caches tokens for 10 seconds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(8);

    /// <summary>How long an accepted token uses its user's budget after its last review.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(10);

    private const int MaximumEntries = 10_000;

    private static readonly JsonTypeInfo<JsonObject> Document =
        (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject));

    // Refused tokens have a separate cache, so that they cannot evict accepted ones.
    private readonly ConcurrentDictionary<string, (DelegatedUser User, DateTimeOffset At)> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _refused = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (bool IsAllowed, DateTimeOffset Until)> _decisions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<DelegatedUser?>> _asked = new(StringComparer.Ordinal);
    private readonly ReviewBudgets _budgets = new();

    /// <summary>The user of a token; null if refused.</summary>
    /// <param name="source">The client address; see <see cref="CallerAddress"/>.</param>
    /// <param name="isFresh">Bypasses the cache.</param>
    public async Task<DelegatedUser?> AuthenticateAsync(string token, string source, bool isFresh, CancellationToken stop)
    {
        string hash = AccessSecret.HashOf(token);
        DateTimeOffset now = time.GetUtcNow();
        bool isKnown = _users.TryGetValue(hash, out var known) && known.At + KnownFor > now;
        if (!isFresh && isKnown && known.At + Lifetime > now)
            return known.User;
        if (!isFresh && _refused.TryGetValue(hash, out DateTimeOffset until) && until > now)
            return null;
        // Concurrent requests with one token share a review. The entry is added before the review starts, so that an immediate result is
        // removed too.
        TaskCompletionSource<DelegatedUser?> own = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<DelegatedUser?> asking = _asked.GetOrAdd(hash, own.Task);
        if (asking == own.Task)
            _ = AnswerAsync(own, hash, token, isKnown ? known.User.Name : null, source);
        return await asking.WaitAsync(stop);
    }

    /// <summary>Whether a user is allowed to do something.</summary>
    /// <param name="attributes"><c>resourceAttributes</c> or <c>nonResourceAttributes</c> of a review, by that name.</param>
    public async Task<bool> IsAllowedAsync(DelegatedUser user, JsonObject attributes, CancellationToken stop)
    {
        string key = user.Key + attributes.ToJsonString();
        if (_decisions.TryGetValue(key, out var known) && known.Until > time.GetUtcNow())
            return known.IsAllowed;
        JsonObject spec = attributes.DeepClone().AsObject();
        spec["user"] = user.Name;
        spec["groups"] = user.Info["groups"]?.DeepClone();
        spec["uid"] = user.Info["uid"]?.DeepClone();
        spec["extra"] = user.Info["extra"]?.DeepClone();
        if (!_budgets.TakeAccessReview(user.Name))
            throw TooMany($"The permissions of '{user.Name}' are checked too often.");
        JsonObject status = await PostReviewAsync("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", spec, stop);
        bool isAllowed = status["allowed"]?.GetValue<bool>() == true;
        AddToCache(_decisions, key, (isAllowed, time.GetUtcNow() + Lifetime));
        return isAllowed;
    }

    /// <summary>
    /// Whether the server's own user is allowed. Also true without a response: a user without access to reviews may still be allowed, and
    /// the change itself reports it.
    /// </summary>
    public async Task<bool> MayServerAsync(JsonObject attributes, CancellationToken stop)
    {
        // Distinct from user keys, which are hashes.
        string key = "server" + attributes.ToJsonString();
        if (_decisions.TryGetValue(key, out var known) && known.Until > time.GetUtcNow())
            return known.IsAllowed;
        try
        {
            JsonObject status = await SendAsync(
                "authorization.k8s.io",
                "SelfSubjectAccessReview",
                "selfsubjectaccessreviews",
                attributes.DeepClone().AsObject(),
                stop
            );
            bool isAllowed = status["allowed"]?.GetValue<bool>() != false;
            AddToCache(_decisions, key, (isAllowed, time.GetUtcNow() + Lifetime));
            return isAllowed;
        }
        catch (Exception refused) when (refused is KubernetesException or HttpRequestException)
        {
            return true;
        }
    }

    public void Dispose() => _budgets.Dispose();

    private async Task AnswerAsync(TaskCompletionSource<DelegatedUser?> asking, string hash, string token, string? knownAs, string source)
    {
        try
        {
            DelegatedUser? user = await ReviewTokenAsync(hash, token, knownAs, source);
            _asked.TryRemove(hash, out _);
            asking.SetResult(user);
        }
        catch (Exception failure)
        {
            _asked.TryRemove(hash, out _);
            asking.SetException(failure);
        }
    }

    // Not cancelled with a single request, because others may wait for the same review.
    private async Task<DelegatedUser?> ReviewTokenAsync(string hash, string token, string? knownAs, string source)
    {
        if (!(knownAs is null ? _budgets.TakeUnknownToken(source) : _budgets.TakeKnownToken(knownAs)))
            throw TooMany(
                knownAs is null ? $"Too many unknown tokens come from {source}." : $"Tokens of '{knownAs}' are checked too often."
            );
        JsonObject status = await PostReviewAsync(
            "authentication.k8s.io",
            "TokenReview",
            "tokenreviews",
            new() { ["token"] = token },
            CancellationToken.None
        );
        DelegatedUser? user =
            status["authenticated"]?.GetValue<bool>() == true
            && status["user"] is JsonObject info
            && (string?)info["username"] is { Length: > 0 } name
                ? new(name, AccessSecret.HashOf(info.ToJsonString()), info)
                : null;
        if (user is not null)
        {
            AddToCache(_users, hash, (user, time.GetUtcNow()));
            _refused.TryRemove(hash, out _);
            return user;
        }

        _users.TryRemove(hash, out _);
        AddToCache(_refused, hash, time.GetUtcNow() + Lifetime);
        return null;
    }

    private static NodeManagerException TooMany(string message) =>
        new("TooManyRequests", ErrorKind.LimitsExceeded, message, null, "Wait a second.");

    // Cleared at once: finding the oldest entry costs more than it is worth.
    private static void AddToCache<T>(ConcurrentDictionary<string, T> answers, string key, T answer)
    {
        if (answers.Count >= MaximumEntries)
            answers.Clear();
        answers[key] = answer;
    }

    private async Task<JsonObject> PostReviewAsync(string group, string kind, string plural, JsonObject spec, CancellationToken stop)
    {
        try
        {
            return await SendAsync(group, kind, plural, spec, stop);
        }
        catch (Exception refused) when (refused is KubernetesException or HttpRequestException or NodeManagerException)
        {
            // An error of the server, not of the caller.
            throw new NodeManagerException(
                ErrorIds.AccessReviewFailed,
                ErrorKind.ResourceUnavailable,
                $"The API server did not answer a {kind}: {refused.Message}",
                kind,
                "Bind the ClusterRole system:auth-delegator to the ServiceAccount of this server.",
                refused
            );
        }
    }

    private async Task<JsonObject> SendAsync(string group, string kind, string plural, JsonObject spec, CancellationToken stop)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = group + "/v1",
            ["kind"] = kind,
            ["spec"] = spec,
        };
        using var body = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json");
        JsonObject answer = await cluster
            .Session.Connection()
            .Client.SendAsync(HttpMethod.Post, $"/apis/{group}/v1/{plural}", body, Document, RequestOptions.Default, stop);
        return answer["status"] as JsonObject ?? [];
    }
}
