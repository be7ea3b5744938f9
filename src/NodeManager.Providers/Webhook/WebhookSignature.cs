using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Providers.Webhook;

/// <summary>
/// Signs a request: HMAC-SHA256 over the time, the method, the path with its query, and the body. An endpoint refuses a time that differs
/// by more than 5 minutes from its own.
/// </summary>
internal static class WebhookSignature
{
    public const string TimestampHeader = "X-NodeManager-Timestamp",
        SignatureHeader = "X-NodeManager-Signature";

    /// <summary>How long a signed request is accepted.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <param name="pathAndQuery">As on the wire, percent-encoded.</param>
    public static void Sign(HttpRequestMessage request, string pathAndQuery, byte[] body, string secret, DateTimeOffset now)
    {
        string timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Remove(TimestampHeader);
        request.Headers.Remove(SignatureHeader);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, "v1=" + Compute(timestamp, request.Method.Method, pathAndQuery, body, secret));
    }

    /// <summary>In lower-case hexadecimal digits.</summary>
    public static string Compute(string timestamp, string method, string pathAndQuery, byte[] body, string secret) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(secret),
                (byte[])[.. Encoding.UTF8.GetBytes($"{timestamp}\n{method}\n{pathAndQuery}\n"), .. body]
            )
        );
}
