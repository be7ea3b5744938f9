using System.Collections;
using System.Globalization;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;

namespace NodeManager.Commands;

/// <summary>Reports the status of node pools as a controller.</summary>
[Cmdlet(VerbsCommon.Set, "NodePoolStatus", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(NodePoolStatus))]
public sealed class SetNodePoolStatusCommand : PoolTargetCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(NodePoolNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Name { get; set; } = [];

    /// <summary>The reporting controller; its previous report is replaced.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ByName)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ById)]
    [Parameter(Position = 0, ParameterSetName = ByObject)]
    [ValidateNotNullOrEmpty]
    public string ControllerName { get; set; } = "";

    /// <summary>Conditions: hashtables with Type, Status, Reason, Message and LastTransitionTime, or text such as <c>Ready=True</c>.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public object[] Condition { get; set; } = [];

    /// <summary>By default, the pool's current generation.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long ObservedGeneration { get; set; }

    [Parameter]
    [ValidateNotNull]
    public IDictionary Metadata { get; set; } = new Hashtable();

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Begin() => PositionalChange.Move(this, Name, nameof(ControllerName));

    private protected override void Process(PoolReference pool)
    {
        if (ControllerName.Length == 0)
            throw new NodeManagerException(
                ErrorIds.InvalidCondition,
                ErrorKind.InvalidArgument,
                "The controller's name is missing.",
                pool.Target.Text,
                "Use -ControllerName."
            );
        PoolStatusReport report = new()
        {
            Controller = ControllerName,
            ObservedGeneration = ObservedGeneration,
            Conditions = [.. Condition.Select(ConditionOf)],
            Metadata = JsonMap.ObjectFrom(Metadata),
        };
        CheckAndChange(
            pool.Session,
            pool.Target.Text,
            pool.ToString(),
            $"Report {string.Join(", ", report.Conditions)} as {ControllerName}",
            ConfirmImpact.Medium,
            async (worker, isCheck) =>
            {
                if (isCheck)
                {
                    await PoolStatusReporter.CheckAsync(pool.Context, pool.Target, worker.Token);
                    return;
                }

                NodePoolStatus status = await PoolStatusReporter.ReportAsync(pool.Context, pool.Target, report, worker.Token);
                if (PassThru)
                    worker.Output(status);
            }
        );
    }

    private static NodeCondition ConditionOf(object value)
    {
        object plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (plain is NodeCondition known)
            return known;
        (string type, string status) =
            plain is string text && text.Split('=') is [var left, var right]
                ? (left, right)
                : (ObjectRow.Read(value, "Type"), ObjectRow.Read(value, "Status"));
        string? valid = ((string[])["True", "False", "Unknown"]).FirstOrDefault(one =>
            string.Equals(one, status, StringComparison.OrdinalIgnoreCase)
        );
        if (type.Length == 0 || valid is null)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidCondition,
                ErrorKind.InvalidArgument,
                $"'{(plain is string ? plain : $"{type}={status}")}' is not a condition.",
                value,
                "Write Ready=True, or @{ Type = 'Ready'; Status = 'True'; Reason = 'NodesReady'; Message = 'All nodes are ready' }. The status is True, False or Unknown."
            );
        }

        string since = ObjectRow.Read(value, "LastTransitionTime");
        return new()
        {
            Type = type,
            Status = valid,
            Reason = plain is string ? "" : ObjectRow.Read(value, "Reason"),
            Message = plain is string ? "" : ObjectRow.Read(value, "Message"),
            LastTransitionTime =
                plain is not string
                && DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset at)
                    ? at
                    : null,
        };
    }
}
