using System.Net;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>
/// Writes Kubernetes Events about the nodes of an alert, in the namespace <c>default</c>, as the server requires for nodes. Their names are
/// derived from the transition, so that a repeated delivery creates no second one.
/// </summary>
public sealed class EventSinkDefinition : AlertSinkDefinition
{
    /// <summary>An alert of many nodes has Events about the first ones; the message names the others.</summary>
    public const int NodeLimit = 10;

    private const int LongestName = 253;

    public override string Type => NodeAlertSinkType.Event;

    public override IAlertSink Create(string name, AlertSinkContext context) => new Sink(name, context);

    /// <summary>The Events of a transition: one for each node, at most <see cref="NodeLimit"/>.</summary>
    internal static IEnumerable<Event> Describe(NodeAlert alert)
    {
        foreach (string node in alert.Nodes.Take(NodeLimit))
        {
            string? uid = alert.Findings.FirstOrDefault(finding => finding.Node == node)?.NodeUid;
            string suffix = $".alert-{alert.TransitionId}";
            string stem = node.Length + suffix.Length > LongestName ? node[..(LongestName - suffix.Length)].TrimEnd('.', '-') : node;
            yield return EventWriter.Describe(
                new()
                {
                    ApiVersion = "v1",
                    Kind = "Node",
                    Name = node,
                    Uid = uid is { Length: > 0 } ? uid : null,
                },
                stem + suffix,
                alert.Status == NodeAlertStatus.Resolved || alert.Severity == NodeFindingSeverity.Information ? "Normal" : "Warning",
                $"Alert{alert.Transition}",
                $"{alert.Cause}: {alert.Message}",
                alert.UpdatedAt
            );
        }
    }

    private sealed class Sink(string name, AlertSinkContext context) : IAlertSink
    {
        public string Name => name;

        public TimeSpan Timeout => TimeSpan.FromSeconds(30);

        public async Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
        {
            foreach (Event one in Describe(alert))
            {
                try
                {
                    await context
                        .Session.Connection()
                        .Client.CreateAsync(Resources.Events, one, one.Metadata.Namespace, new() { Retry = false }, cancellationToken);
                }
                catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Conflict)
                {
                    // Already written.
                }
                catch (KubernetesException refused)
                {
                    throw new AlertDeliveryException($"the API server answered {(int)refused.Code}: {refused.Message}", refused)
                    {
                        IsRefusal = refused.Code is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity,
                        RetryAfter = refused.RetryAfter,
                    };
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    throw new AlertDeliveryException($"the API server cannot be reached: {failure.Message}", failure);
                }
            }
        }
    }
}
