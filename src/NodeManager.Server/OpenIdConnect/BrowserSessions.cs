using System.Collections.Concurrent;
using NodeManager.Server.Options;

namespace NodeManager.Server.OpenIdConnect;

/// <summary>The sessions of browsers. Their content is in cookies; here is only which of them have ended. Thread-safe.</summary>
internal sealed class BrowserSessions(OidcSettings settings, SignInCookies cookies, TimeProvider time)
{
    /// <summary>Scripts of other origins cannot send this header without a permission, which this server never gives.</summary>
    public const string Header = "X-Browser-Session";

    private const int MaximumEnded = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);

    /// <summary>The session of a request that the console's own page sent; its ID token may have expired. Null for any other.</summary>
    public BrowserSession? Find(HttpContext context) =>
        IsOfOwnPage(context.Request) && cookies.FindSession(context) is { } session && !HasEnded(session) ? session : null;

    /// <summary>Whether the session was signed out, its refresh was refused, or it has reached its longest lifetime.</summary>
    public bool HasEnded(BrowserSession session) => session.EndsAt <= time.GetUtcNow() || _ended.ContainsKey(session.Id);

    /// <summary>Ends a session. Its streams on this replica end at their next review.</summary>
    public void End(HttpContext context, BrowserSession session)
    {
        if (_ended.Count >= MaximumEnded)
            RemoveExpired();
        _ended[session.Id] = session.EndsAt;
        cookies.DeleteSession(context);
    }

    // The guard of browsers has checked Origin where there is one; a change without it comes from no browser.
    private bool IsOfOwnPage(HttpRequest request)
    {
        if (request.Headers[Header].Count == 0)
            return false;
        string origin = request.Headers.Origin.ToString();
        bool isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return (isRead && origin.Length == 0) || origin.Equals(settings.Origin, StringComparison.OrdinalIgnoreCase);
    }

    private void RemoveExpired()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach ((string id, DateTimeOffset until) in _ended)
        {
            if (until <= now)
                _ended.TryRemove(id, out _);
        }
    }
}
