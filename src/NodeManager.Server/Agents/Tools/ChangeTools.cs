using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Server.Agents.Plans;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Agents.Tools;

/// <summary>The steps of a change. Approval is a person's, so there is no tool for it.</summary>
/// <param name="caller">The caller, which no argument can override.</param>
/// <param name="isElicitationEnabled">The agent's client may ask its user for approval.</param>
internal sealed class ChangeTools(
    AgentCaller caller,
    AgentPlanner planner,
    AgentPlanRunner runner,
    AgentPlanStore plans,
    OperationRegistry operations,
    TimeProvider time,
    bool isElicitationEnabled
)
{
    private const string PlanFields =
        "id:string action:string status:string expiresAt:string nodes:array steps:array furtherSteps?:integer sends:object fields?:array furtherFields?:integer warnings?:array decidedBy?:string result?:string operation?:string next?:string";
    private const int TopSteps = 20;
    private const int TopFields = 40;

    // Longer plans are approved elsewhere, because a person must be able to read all of it.
    private const int MaximumElicitedLines = 100;

    [AgentTool("request_change", "Request a change", Writes = true, Answers = PlanFields)]
    [Description(
        "Step 1 of 3 of a change: plan it. Returns what would happen and the id of the plan. Nothing is changed. A person then approves or denies the plan; you cannot. Afterwards call apply_plan with the id."
    )]
    public async Task<CallToolResult> RequestAsync(
        McpServer server,
        [Description("The change.")]
        [Allowed(
            AgentAction.Cordon,
            AgentAction.Uncordon,
            AgentAction.SetLabels,
            AgentAction.RemoveLabels,
            AgentAction.SetTaints,
            AgentAction.RemoveTaints,
            AgentAction.Drain
        )]
            string action,
        [Description("1 to 50 names of nodes.")] [Bounds(1, AgentPlanner.MaximumNodes)] string[] nodes,
        [Description("Why; shown to the person.")] string reason,
        [Description("Of SetLabels: the labels.")] Dictionary<string, string>? labels = null,
        [Description("Of RemoveLabels: the keys.")] string[]? labelKeys = null,
        [Description(
            "Of SetTaints: key=value:Effect or key:Effect, with NoSchedule or PreferNoSchedule. Of RemoveTaints: key:Effect, or key for all of its effects."
        )]
        [ItemPattern("^[^=:]+(=[^:]*)?(:(NoSchedule|PreferNoSchedule|NoExecute))?$")]
            string[]? taints = null,
        [Description("Of Drain: also delete pods with emptyDir volumes; their data is lost.")] bool deleteEmptyDirData = false,
        [Description("Of Drain: also delete pods without a controller; nothing recreates them.")] bool deleteUnmanagedPods = false,
        [Description("Of Drain: seconds after which it gives up, 1 to 14400.")] [Bounds(1, 14400)] int timeoutSeconds = 300,
        [Description("If the cluster is protected: its name, given by your user.")] string? confirmCluster = null,
        CancellationToken stop = default
    )
    {
        planner.RequireConfirmation(confirmCluster);
        var change = new AgentChange
        {
            Action = action,
            Nodes = [.. nodes.Select(static name => name.ToLowerInvariant()).Distinct()],
            Reason = reason,
            Labels = labels ?? [],
            Keys = labelKeys ?? [],
            Taints = [.. (taints ?? []).Select(Taint)],
            DeleteEmptyDirData = deleteEmptyDirData,
            DeleteUnmanagedPods = deleteUnmanagedPods,
            Timeout = TimeSpan.FromSeconds(timeoutSeconds),
        };
        AgentPlan draft = await planner.PlanAsync(change, caller, "", time.GetUtcNow(), stop);
        AgentPlan plan = plans.Add(
            caller,
            (id, now) => draft with { Id = id, RequestedAt = now, ExpiresAt = now + AgentPlanStore.WaitForApproval }
        );
        if (isElicitationEnabled && server.ClientCapabilities?.Elicitation is not null)
            plan = await ElicitAsync(server, plan, stop);
        return Answer(plan);
    }

    [AgentTool("apply_plan", "Apply an approved plan", Changes = true, Answers = PlanFields)]
    [Description(
        "Step 3 of 3 of a change: apply a plan that a person has approved. Works once, for the caller who requested it, and only while its nodes are as planned. A drain continues in the background; follow it with get_operation."
    )]
    public async Task<CallToolResult> ApplyAsync([Description("Of the plan.")] string id, CancellationToken stop = default) =>
        Answer(await runner.ApplyAsync(id, caller, stop));

    [AgentTool("get_plan", "One plan", Answers = PlanFields)]
    [Description("A plan that you requested: its status, who decided, and its outcome.")]
    public CallToolResult Get([Description("Of the plan.")] string id) => Answer(plans.FindOf(caller, id));

    [AgentTool("list_plans", "My plans", Answers = "total:integer plans:array")]
    [Description("The plans that you requested, newest first.")]
    public CallToolResult List([Description("1 to 100.")] [Bounds(1, 100)] int limit = 10)
    {
        List<AgentPlan> mine = [.. plans.All.Where(plan => plan.By == caller)];
        return AgentAnswer.Of(
            new
            {
                Total = mine.Count,
                Plans = mine.Take(Math.Clamp(limit, 1, AgentPage<object>.MaximumSize))
                    .Select(static plan => new
                    {
                        plan.Id,
                        plan.Change.Action,
                        Nodes = plan.Nodes.Count,
                        plan.Status,
                        plan.ExpiresAt,
                    }),
            }
        );
    }

    [AgentTool(
        "get_operation",
        "Follow a drain",
        Answers = "id:string kind:string target:string state:string progress:array results:array failures:array"
    )]
    [Description("How far the drain of a plan is: its parts, results and failures. waitSeconds waits for the end.")]
    public async Task<CallToolResult> OperationAsync(
        [Description("The operation's id, from apply_plan.")] string id,
        [Description("0 to 60.")] [Bounds(0, 60)] int waitSeconds = 0,
        CancellationToken stop = default
    )
    {
        RunningOperation operation = operations.Find(id).Operation;
        if (waitSeconds > 0)
        {
            try
            {
                await operation.Completion.WaitAsync(TimeSpan.FromSeconds(Math.Min(waitSeconds, 60)), time, stop);
            }
            catch (TimeoutException)
            {
                // Still running: the current state is the result.
            }
        }

        return AgentAnswer.Of(
            new
            {
                operation.Id,
                operation.Kind,
                operation.Target,
                State = operation.State.ToString(),
                Progress = operation.Progress.Take(TopSteps).Select(static one => $"{one.Activity}: {one.Status}"),
                Results = operation
                    .Results.OfType<NodeDrainResult>()
                    .Take(TopSteps)
                    .Select(static result => new
                    {
                        result.Node,
                        result.Status,
                        result.Evicted,
                        result.Message,
                        Blockers = result.Blockers.Count > 0 ? result.Blockers.Take(5).Select(static blocker => blocker.ToString()) : null,
                        Events = result.Events().Take(5).ToArray() is { Length: > 0 } events ? events : null,
                    }),
                Failures = operation
                    .Failures.Take(TopSteps)
                    .Select(static failure =>
                        failure.Exception is NodeManagerException known ? $"{known.ErrorId}: {known.Message}" : "InternalError"
                    ),
            }
        );
    }

    private static CallToolResult Answer(AgentPlan plan) =>
        AgentAnswer.Of(
            new
            {
                plan.Id,
                plan.Change.Action,
                plan.Status,
                plan.ExpiresAt,
                Nodes = plan.Nodes.Select(static node => new { node.Name, node.ResourceVersion }),
                Steps = plan.Steps.Take(TopSteps),
                FurtherSteps = plan.Steps.Count > TopSteps ? plan.Steps.Count - TopSteps : (int?)null,
                Sends = RequestOf(plan.Change),
                Fields = plan.Fields.Count == 0
                    ? null
                    : plan
                        .Fields.Take(TopFields)
                        .Select(static one => new
                        {
                            one.Node,
                            one.Change.Field,
                            one.Change.Before,
                            one.Change.After,
                        }),
                FurtherFields = plan.Fields.Count > TopFields ? plan.Fields.Count - TopFields : (int?)null,
                Warnings = plan.Warnings.Count > 0 ? plan.Warnings.Take(TopSteps) : null,
                DecidedBy = plan.DecidedBy.Length > 0 ? plan.DecidedBy : null,
                Result = plan.Result.Length > 0 ? plan.Result : null,
                Operation = plan.Operation.Length > 0 ? plan.Operation : null,
                Next = plan.Status switch
                {
                    AgentPlanStatus.Pending =>
                        "A person must approve this plan, in the console or with the command Approve-NodeAgentPlan; you cannot. Give your user its id, then call apply_plan.",
                    AgentPlanStatus.Approved => "Call apply_plan with the id, once.",
                    AgentPlanStatus.Running => "Call get_operation with the operation's id.",
                    _ => null,
                },
            }
        );

    // The complete request of the agent.
    private static object RequestOf(AgentChange change) =>
        new
        {
            Labels = change.Labels.Count > 0 ? change.Labels : null,
            LabelKeys = change.Keys.Count > 0 ? change.Keys : null,
            Taints = change.Taints.Count > 0 ? change.Taints.Select(static one => one.Effect.Length > 0 ? one.ToString() : one.Key) : null,
            DeleteEmptyDirData = change.DeleteEmptyDirData ? true : (bool?)null,
            DeleteUnmanagedPods = change.DeleteUnmanagedPods ? true : (bool?)null,
            TimeoutSeconds = change.Action == AgentAction.Drain ? (long)change.Timeout.TotalSeconds : (long?)null,
        };

    // The user sees the server's own wording; the agent's reason is separate and marked as such.
    private async Task<AgentPlan> ElicitAsync(McpServer server, AgentPlan plan, CancellationToken stop)
    {
        if (plan.Steps.Count + plan.Warnings.Count > MaximumElicitedLines)
            return plan;
        string steps = string.Join('\n', plan.Steps.Select(DisplayText.Escape));
        string warnings = plan.Warnings.Count > 0 ? "\nWarnings:\n" + string.Join('\n', plan.Warnings.Select(DisplayText.Escape)) : "";
        ElicitResult answer = await server.ElicitAsync(
            new()
            {
                Message =
                    $"Approve plan {plan.Id} ({plan.Change.Action}) of cluster '{planner.Cluster}'?\n{steps}{warnings}\nThe agent's reason: \"{DisplayText.Escape(plan.Change.Reason)}\"",
                RequestedSchema = new()
                {
                    Properties =
                    {
                        ["approve"] = new ElicitRequestParams.BooleanSchema
                        {
                            Title = "Approve",
                            Description = "Let the agent apply this plan once.",
                            Default = false,
                        },
                    },
                    Required = ["approve"],
                },
            },
            stop
        );
        if (answer.Action == "cancel")
            return plan;
        bool isApproved =
            answer.IsAccepted
            && answer.Content?.TryGetValue("approve", out var value) == true
            && value.ValueKind == System.Text.Json.JsonValueKind.True;
        return plans.DecideByElicitation(plan.Id, caller, isApproved);
    }

    // The planner validates the parts: removing a taint only needs its key.
    private static NodeTaint Taint(string text)
    {
        (string key, string value, string? effect) = TaintText.Split(text);
        return new()
        {
            Key = key,
            Value = value,
            Effect = effect ?? "",
        };
    }
}
