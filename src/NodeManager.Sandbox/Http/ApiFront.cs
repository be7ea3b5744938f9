using System.Security.Cryptography;
using System.Text;
using NodeManager.Sandbox.Access;
using NodeManager.Sandbox.Api;

namespace NodeManager.Sandbox.Http;

/// <summary>Who may in, and what of HTTP the API is told.</summary>
internal sealed class ApiFront(ApiServer api, string token, TimeProvider time)
{
    private readonly byte[] _token = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public TimeProvider Time => time;

    /// <summary>Whose token the request shows: the kubeconfig's, or a service account's; null for any other and for none.</summary>
    public UserInfo? Authenticate(RequestHead head)
    {
        if (BearerToken.Of(head.Header("Authorization")) is not { } shown) return null;
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown)), _token)
            ? UserInfo.Administrator
            : api.Tokens.Authenticate(shown);
    }

    public Task<ApiResponse> AnswerAsync(RequestHead head, UserInfo user, byte[] body, CancellationToken cancellationToken) => api.HandleAsync(
        new()
        {
            User = user,
            Impersonation = ImpersonationRequest.Read(head.Headers.Select(static header => KeyValuePair.Create<string, IEnumerable<string>>(header.Key, Values(header.Key, header.Value)))),
            Method = head.Method,
            Path = head.Path,
            Query = new(head.Query),
            Accept = head.Header("Accept"),
            ContentType = head.Header("Content-Type"),
            UserAgent = head.Header("User-Agent"),
            Body = body.Length == 0 ? Stream.Null : new MemoryStream(body, writable: false),
        },
        cancellationToken);

    // Several of a name arrive joined; a user's own name may have a comma in it.
    private static string[] Values(string name, string joined) =>
        name.Equals("Impersonate-User", StringComparison.OrdinalIgnoreCase) ? [joined] : joined.Split(',', StringSplitOptions.TrimEntries);
}
