using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Monitoring.Alerts.Documents;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Alerts;

public static class AlertSinks
{
    /// <summary>NodeManager JSON.</summary>
    /// <param name="secret">Signs timestamp and body; null: no signature.</param>
    /// <param name="caBundle">PEM in base64 to trust instead of the system's authorities; null: the system's.</param>
    /// <exception cref="NodeManagerException">AlertSinkInvalid; the message does not quote the address.</exception>
    public static AlertSinkDefinition Webhook(string address, string? secret, string? caBundle) =>
        Create(
            NodeAlertSinkType.Webhook,
            address,
            caBundle,
            httpsOnly: false,
            (name, sender, context) =>
                new WebhookSink(name, sender, static alert => AlertDocument.Of(alert).ToUtf8Bytes(), secret, context.Wall)
        );

    /// <inheritdoc cref="Webhook"/>
    public static AlertSinkDefinition Slack(string address, string? caBundle) =>
        Chat(NodeAlertSinkType.Slack, address, caBundle, SlackSink.Body);

    /// <inheritdoc cref="Webhook"/>
    public static AlertSinkDefinition Teams(string address, string? caBundle) =>
        Chat(NodeAlertSinkType.Teams, address, caBundle, TeamsSink.Body);

    /// <summary>An Alertmanager by its base address: <c>http://alertmanager:9093</c>.</summary>
    /// <param name="authorization">Sent with each request; null: none.</param>
    /// <inheritdoc cref="Webhook"/>
    public static AlertSinkDefinition Alertmanager(string address, string? caBundle, AuthenticationHeaderValue? authorization = null) =>
        Create(
            NodeAlertSinkType.Alertmanager,
            address,
            caBundle,
            httpsOnly: false,
            static (name, sender, context) => new AlertmanagerSink(name, sender, context.Wall),
            static uri =>
                uri.AbsolutePath.EndsWith("/api/v2/alerts", StringComparison.Ordinal)
                    ? uri
                    : new UriBuilder(uri) { Path = uri.AbsolutePath.TrimEnd('/') + "/api/v2/alerts" }.Uri,
            authorization
        );

    private static HttpSinkDefinition Chat(string type, string address, string? caBundle, Func<NodeAlert, JsonObject> body) =>
        Create(
            type,
            address,
            caBundle,
            httpsOnly: true,
            (name, sender, context) =>
                new WebhookSink(name, sender, alert => Encoding.UTF8.GetBytes(body(alert).ToJsonString()), null, context.Wall)
        );

    private static HttpSinkDefinition Create(
        string type,
        string address,
        string? caBundle,
        bool httpsOnly,
        Func<string, AlertSender, AlertSinkContext, IAlertSink> create,
        Func<Uri, Uri>? complete = null,
        AuthenticationHeaderValue? authorization = null
    )
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
            throw Invalid(type, "its address is not an absolute http or https URI.");
        if (httpsOnly && uri.Scheme != "https")
            throw Invalid(type, "its address is a secret and must be an https URI.");
        if (uri.UserInfo.Length > 0)
            throw Invalid(type, "its address contains a user name or a password.");
        if (authorization is not null && uri.Scheme != "https" && !uri.IsLoopback)
            throw Invalid(type, "its token or password would be sent without TLS. The address must be an https URI.");
        if (ProviderHttp.CheckBundle(caBundle) is { } wrong)
            throw Invalid(type, wrong);
        return new(type, complete?.Invoke(uri) ?? uri, caBundle, authorization, create);
    }

    /// <summary>An AlertSinkInvalid whose target is the type: the address may be a secret.</summary>
    public static NodeManagerException Invalid(
        string type,
        string why,
        string remedy = "Correct the address. Get-Help New-NodeAlertSink has examples."
    ) => new(ErrorIds.AlertSinkInvalid, ErrorKind.InvalidArgument, $"Cannot create the {type} sink: {why}", type, remedy);

    private sealed class HttpSinkDefinition(
        string type,
        Uri address,
        string? caBundle,
        AuthenticationHeaderValue? authorization,
        Func<string, AlertSender, AlertSinkContext, IAlertSink> create
    ) : AlertSinkDefinition
    {
        public override string Type => type;

        public override string Host => address.Host;

        public override IAlertSink Create(string name, AlertSinkContext context) =>
            create(name, new(address, caBundle, context.Wall, authorization), context);
    }
}
