using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Checks whether a provider can create machines.</summary>
public static class NodeProviderTester
{
    private static readonly TimeSpan ConformanceLimit = TimeSpan.FromMinutes(15);

    /// <summary>The checks after settings and Secret, in this order.</summary>
    private static readonly string[] Further = ["Reachable", "Certificate", "Credentials", "Permissions", "Capacity"];

    /// <summary>Changes nothing, unless a conformance test is requested and all checks passed.</summary>
    /// <param name="conforms">Creates and deletes one machine, to hold the provider to the rules of its interface.</param>
    /// <exception cref="NodeManagerException">NodeProviderNotFound, AutoscalerNotInstalled, or the server's refusal.</exception>
    public static Task<IReadOnlyList<NodeProviderCheck>> TestAsync(
        NodeManagerSession session,
        string ns,
        string name,
        bool conforms,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            name,
            async (connection, token) =>
            {
                NodeSmithProvider provider = await NodeProviderReader.GetAsync(session, connection, ns, name, token);
                var checks = new Checks(session, ns, name);
                MachineProviderAccess access = Problems(provider) is { Count: > 0 } problems
                    ? MachineProviderAccess.None(NodeProviderReason.InvalidSettings, $"{string.Join("; ", problems)}.")
                    : await connection.MachineProviders().OpenAsync(provider, token);
                switch (access.Reason)
                {
                    case "":
                        checks.Add("Settings", true, $"The fields of type '{provider.Spec.Type}' are valid.");
                        checks.Add("Secret", true, SecretText(provider));
                        foreach (MachineProviderFinding finding in await ProviderFindings.ReadAsync(access.Provider!, token))
                            checks.Add(finding);
                        if (conforms)
                            await ConformAsync(connection, checks, access.Provider!, token);
                        break;
                    case NodeProviderReason.SecretNotFound or NodeProviderReason.SecretKeyMissing or NodeProviderReason.Forbidden:
                        checks.Add("Settings", true, $"The fields of type '{provider.Spec.Type}' are valid.");
                        checks.Add(
                            "Secret",
                            false,
                            access.Message,
                            access.Reason == NodeProviderReason.Forbidden
                                ? "Grant this session's user the verb get on the Secret and on namespace kube-system."
                                : $"Create the Secret, or use Set-NodeProvider {name} -Credential."
                        );
                        break;
                    default:
                        checks.Add(
                            "Settings",
                            false,
                            access.Message,
                            access.Reason == NodeProviderReason.UnknownType
                                ? "Load the assembly that brings the type with Register-NodeProvider."
                                : $"Correct the fields that the message names with Set-NodeProvider {name}."
                        );
                        break;
                }

                checks.Skip(access.Reason.Length == 0 || checks.Has("Secret") ? Further : ["Secret", .. Further]);
                return checks.Made;
            },
            cancellationToken
        );

    private static string SecretText(NodeSmithProvider provider) =>
        provider.Spec.CredentialsSecretRef?.Name is { Length: > 0 } ? "The Secret has the keys that are needed." : "No Secret is needed.";

    private static async Task ConformAsync(
        ClusterConnection connection,
        Checks checks,
        IMachineProvider provider,
        CancellationToken cancellationToken
    )
    {
        if (checks.HaveFailed)
        {
            checks.Skip("Conformance");
            return;
        }

        string owner = await connection.MachineProviders().GetOwnerAsync(checks.Namespace, checks.Provider, cancellationToken);
        string machine = $"conformance-{Guid.NewGuid():N}"[..20];
        // As a machine that a person creates: a running autoscaler does not remove it.
        var request = new MachineRequest(ManualClaims.Of(owner, machine), machine, 1, 1024) { IsFirstAttempt = true };
        var conformance = new ProviderConformance(provider, request, ConformanceLimit, connection.Time);
        foreach (MachineProviderFinding finding in await conformance.RunAsync(cancellationToken))
            checks.Add(finding);
    }

    private static IReadOnlyList<FieldProblem> Problems(NodeSmithProvider provider)
    {
        try
        {
            return NodeSmithRules.Check(provider);
        }
        catch (JsonException)
        {
            // Opening it reports the field.
            return [];
        }
    }

    private sealed class Checks(NodeManagerSession session, string ns, string provider)
    {
        private readonly List<NodeProviderCheck> _made = [];

        public IReadOnlyList<NodeProviderCheck> Made => _made;

        public string Namespace => ns;

        public string Provider => provider;

        public bool Has(string check) => _made.Exists(one => one.Check == check);

        public void Add(string check, bool passed, string message, string action = "") =>
            Add(check, passed ? NodeProviderCheckStatus.Passed : NodeProviderCheckStatus.Failed, message, action);

        public void Add(MachineProviderFinding finding) =>
            Add(
                finding.Check,
                finding.Passed ? NodeProviderCheckStatus.Passed
                    : finding.Weight == MachineFindingWeight.Risk ? NodeProviderCheckStatus.Warning
                    : NodeProviderCheckStatus.Failed,
                finding.Message,
                finding.Passed ? "" : finding.Action
            );

        public bool HaveFailed => _made.Exists(static one => one.Status == NodeProviderCheckStatus.Failed);

        public void Skip(string check) => Add(check, NodeProviderCheckStatus.Skipped, "An earlier check failed.", "");

        /// <summary>Reports these checks as skipped after an earlier failure.</summary>
        public void Skip(IReadOnlyList<string> checks)
        {
            if (
                !_made.Exists(static one =>
                    one
                        is {
                            Status: NodeProviderCheckStatus.Failed,
                            Check: "Settings" or "Secret" or "Reachable" or "Certificate" or "Credentials"
                        }
                )
            )
                return;
            foreach (string check in checks.Where(check => !Has(check)))
                Skip(check);
        }

        private void Add(string check, string status, string message, string action) =>
            _made.Add(
                new()
                {
                    Cluster = session.Cluster,
                    Session = session,
                    Provider = provider,
                    Namespace = ns,
                    Check = check,
                    Status = status,
                    Message = message.EndsWith('.') ? message : message + '.',
                    Action = action,
                }
            );
    }
}
