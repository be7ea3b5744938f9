using System.Security.Cryptography;
using System.Text;
using NodeManager.Sandbox.Api;

namespace NodeManager.Sandbox.Http;

/// <summary>Who may in, and what of HTTP the API is told.</summary>
internal sealed class ApiFront(ApiServer api, string token, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _token = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public TimeProvider Time => time;

    /// <summary>Null where the request shows the token.</summary>
    public ApiResponse? Refuse(RequestHead head)
    {
        string shown = head.Header("Authorization");
        bool isKnown = shown.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) &&
            CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown[Scheme.Length..].Trim())), _token);
        return isKnown ? null : ApiResponse.Refusal(new(401, "Unauthorized", "Unauthorized"));
    }

    public Task<ApiResponse> AnswerAsync(RequestHead head, byte[] body, CancellationToken cancellationToken) => api.HandleAsync(
        new()
        {
            Method = head.Method,
            Path = head.Path,
            Query = new(head.Query),
            Accept = head.Header("Accept"),
            ContentType = head.Header("Content-Type"),
            Body = body.Length == 0 ? Stream.Null : new MemoryStream(body, writable: false),
        },
        cancellationToken);
}
