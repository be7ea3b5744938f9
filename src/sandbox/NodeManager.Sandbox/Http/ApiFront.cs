using System.Security.Cryptography;
using System.Text;
using NodeManager.Sandbox.Api.Handlers;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Pools;

namespace NodeManager.Sandbox.Http;

/// <summary>Authenticates HTTP requests and passes them to the API.</summary>
/// <param name="pools">The pool service with its own paths, started by its first request.</param>
/// <param name="token">The token in the kubeconfig.</param>
internal sealed class ApiFront(ApiServer api, Func<PoolApi> pools, string token, TimeProvider time)
{
    private readonly byte[] _token = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public TimeProvider Time => time;

    /// <summary>The user of the kubeconfig's token or of a service account; null otherwise.</summary>
    public UserInfo? Authenticate(RequestHead head)
    {
        if (AuthorizationHeader.BearerTokenOf(head.Header("Authorization")) is not { } shown)
            return null;
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown)), _token)
            ? UserInfo.Administrator
            : api.Tokens.Authenticate(shown);
    }

    /// <summary>The response without a valid token: a refusal, unless the path is public.</summary>
    public ApiResponse AnswerUnauthenticated(RequestHead head) =>
        PoolApi.Serves(head.Path) ? AskPools(head, [], isAuthenticated: false) : ApiResponse.Refusal(StatusErrors.Unauthorized());

    public Task<ApiResponse> AnswerAsync(RequestHead head, UserInfo user, byte[] body, CancellationToken cancellationToken) =>
        PoolApi.Serves(head.Path)
            ? Task.FromResult(AskPools(head, body, isAuthenticated: true))
            : AskApiAsync(head, user, body, cancellationToken);

    private ApiResponse AskPools(RequestHead head, byte[] body, bool isAuthenticated) =>
        pools().Answer(new(head.Method, head.Path, new(head.Query), head.Header("X-User-Email"), isAuthenticated, body));

    private Task<ApiResponse> AskApiAsync(RequestHead head, UserInfo user, byte[] body, CancellationToken cancellationToken) =>
        api.HandleAsync(
            new()
            {
                User = user,
                Impersonation = ImpersonationRequest.Read(
                    head.HeaderLines.GroupBy(static line => line.Key, static line => Text(line.Value), StringComparer.OrdinalIgnoreCase)
                        .Select(static lines => KeyValuePair.Create<string, IEnumerable<string>>(lines.Key, lines))
                ),
                Method = head.Method,
                Path = head.Path,
                Query = new(head.Query),
                Accept = head.Header("Accept"),
                ContentType = head.Header("Content-Type"),
                UserAgent = head.Header("User-Agent"),
                Body = body.Length == 0 ? Stream.Null : new MemoryStream(body, writable: false),
            },
            cancellationToken
        );

    // Headers are bytes; names of users and groups are UTF-8.
    private static string Text(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
