using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeManager.Monitoring.Alerts.Delivery;

namespace NodeManager.Providers.Alerts;

/// <summary>Posts each alert, optionally signed.</summary>
internal sealed class WebhookSink(string name, AlertSender sender, Func<NodeAlert, byte[]> write, string? secret, TimeProvider wall)
    : IAlertSink
{
    public const string TimestampHeader = "X-NodeManager-Timestamp";
    public const string SignatureHeader = "X-NodeManager-Signature";

    public string Name => name;

    public TimeSpan Timeout => AlertSender.Timeout;

    public Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
    {
        byte[] body = write(alert);
        Dictionary<string, string> headers = new() { ["Idempotency-Key"] = alert.TransitionId };
        if (secret is not null)
        {
            string timestamp = wall.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            headers[TimestampHeader] = timestamp;
            headers[SignatureHeader] = Sign(secret, timestamp, body);
        }

        return sender.PostAsync(body, headers, cancellationToken);
    }

    /// <summary><c>v1=</c> and the hex HMAC-SHA256 of timestamp, dot and body.</summary>
    public static string Sign(string secret, string timestamp, byte[] body) =>
        "v1="
        + Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes(timestamp + "."), .. body])
        );
}
