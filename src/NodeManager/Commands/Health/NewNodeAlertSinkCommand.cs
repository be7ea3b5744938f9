using System.Net.Http.Headers;
using System.Security;
using System.Text;
using NodeManager.Jobs;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Pipeline;
using NodeManager.Providers.Alerts;

namespace NodeManager.Commands;

/// <summary>Defines a sink of alerts. The object shows neither addresses nor secrets.</summary>
[Cmdlet(VerbsCommon.New, "NodeAlertSink", DefaultParameterSetName = NodeAlertSinkType.Webhook)]
[OutputType(typeof(NodeAlertSink))]
public sealed class NewNodeAlertSinkCommand : AsyncCmdlet
{
    /// <summary>Receives each transition as NodeManager JSON.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeAlertSinkType.Webhook)]
    [SecretText]
    [ValidateNotNull]
    public SecureString? WebhookUri { get; set; }

    [Parameter(ParameterSetName = NodeAlertSinkType.Webhook)]
    [SecretText]
    [ValidateNotNull]
    public SecureString? WebhookSecret { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = NodeAlertSinkType.Slack)]
    [SecretText]
    [ValidateNotNull]
    public SecureString? SlackUri { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = NodeAlertSinkType.Teams)]
    [SecretText]
    [ValidateNotNull]
    public SecureString? TeamsUri { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = NodeAlertSinkType.Alertmanager)]
    [ValidateNotNull]
    public Uri? AlertmanagerUri { get; set; }

    /// <summary>The user name and password for basic authentication.</summary>
    [Parameter(ParameterSetName = NodeAlertSinkType.Alertmanager)]
    [ValidateNotNull]
    public PSCredential? AlertmanagerCredential { get; set; }

    /// <summary>A bearer token.</summary>
    [Parameter(ParameterSetName = NodeAlertSinkType.Alertmanager)]
    [SecretText]
    [ValidateNotNull]
    public SecureString? AlertmanagerToken { get; set; }

    /// <summary>Runs for each transition, as <c>$_</c>, in its own runspace.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeAlertSinkType.ScriptBlock)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = NodeAlertSinkType.Event)]
    public SwitchParameter KubernetesEvent { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = NodeAlertSinkType.Log)]
    public SwitchParameter Log { get; set; }

    /// <summary>A PEM file with the certificate authorities to trust instead of the system's.</summary>
    [Parameter(ParameterSetName = NodeAlertSinkType.Webhook)]
    [Parameter(ParameterSetName = NodeAlertSinkType.Slack)]
    [Parameter(ParameterSetName = NodeAlertSinkType.Teams)]
    [Parameter(ParameterSetName = NodeAlertSinkType.Alertmanager)]
    [ValidateNotNullOrEmpty]
    public string? CertificateAuthority { get; set; }

    /// <summary>Appears in messages and in the state file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    private protected override void End()
    {
        AlertSinkDefinition definition = Define();
        WriteObject(
            new NodeAlertSink
            {
                Name = Name ?? definition.Type,
                Type = definition.Type,
                Host = definition.Host,
                Definition = definition,
            }
        );
    }

    private AlertSinkDefinition Define() =>
        ParameterSetName switch
        {
            NodeAlertSinkType.Slack => AlertSinks.Slack(SecretTextAttribute.Read(SlackUri!), Bundle()),
            NodeAlertSinkType.Teams => AlertSinks.Teams(SecretTextAttribute.Read(TeamsUri!), Bundle()),
            NodeAlertSinkType.Alertmanager => AlertSinks.Alertmanager(AlertmanagerUri!.OriginalString, Bundle(), Authorization()),
            NodeAlertSinkType.ScriptBlock => new ScriptSinkDefinition(
                IsolatedScript.Of(ScriptBlock!, InvokeCommand, MyInvocation.MyCommand.Module?.ModuleBase)
            ),
            NodeAlertSinkType.Event => new EventSinkDefinition(),
            NodeAlertSinkType.Log => new LogSinkDefinition(),
            _ => AlertSinks.Webhook(
                SecretTextAttribute.Read(WebhookUri!),
                WebhookSecret is null ? null : SecretTextAttribute.Read(WebhookSecret),
                Bundle()
            ),
        };

    private AuthenticationHeaderValue? Authorization()
    {
        if (AlertmanagerCredential is { } credential)
        {
            if (AlertmanagerToken is not null)
                throw AlertSinks.Invalid(
                    NodeAlertSinkType.Alertmanager,
                    "it has a credential and a token.",
                    "Give -AlertmanagerCredential or -AlertmanagerToken."
                );
            string pair = $"{credential.UserName}:{SecretTextAttribute.Read(credential.Password)}";
            return new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        // A token that was read from a file often ends with a line break.
        string? token = AlertmanagerToken is null ? null : SecretTextAttribute.Read(AlertmanagerToken).Trim();
        if (token is null)
            return null;
        return token.Length > 0 && token.All(static sign => sign is > ' ' and <= '~')
            ? new("Bearer", token)
            : throw AlertSinks.Invalid(
                NodeAlertSinkType.Alertmanager,
                "its token is empty or contains spaces or characters other than ASCII.",
                "Give the token alone."
            );
    }

    private string? Bundle()
    {
        if (CertificateAuthority is null)
            return null;
        string path = GetUnresolvedProviderPathFromPSPath(CertificateAuthority);
        try
        {
            return Convert.ToBase64String(Encoding.UTF8.GetBytes(File.ReadAllText(path)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.AlertSinkInvalid,
                ErrorKind.ObjectNotFound,
                $"Cannot read the certificates '{path}': {fault.Message}",
                path,
                "Check the path and your permissions.",
                fault
            );
        }
    }
}
