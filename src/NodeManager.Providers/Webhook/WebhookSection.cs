using NodeManager.Providers.Settings;

namespace NodeManager.Providers.Webhook;

/// <summary>The parameters of New-NodeProvider for this type.</summary>
internal static class WebhookSection
{
    public static ProviderSection Definition { get; } =
        new("webhook", new("Endpoint", "endpoint"), SectionParameter.CaBundle, new("RequestTimeout", "timeout"), new("Zone", "zones"));
}
