using System.Text.Json.Serialization;

namespace NodeManager.Providers.Webhook;

/// <summary>What a spec has for this type.</summary>
internal sealed record WebhookPart
{
    public WebhookProviderSpec? Webhook { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WebhookPart))]
internal sealed partial class WebhookSpecJson : JsonSerializerContext;

internal sealed class WebhookProviderSpec
{
    /// <summary>HTTPS, or HTTP on this machine.</summary>
    public string Endpoint { get; set; } = "";

    public string? CaBundle { get; set; }

    /// <summary>Of one request; a Go duration, null: 30 seconds.</summary>
    public string? Timeout { get; set; }

    public List<string>? Zones { get; set; }
}
