using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class CronJobRules
{
    // A job's name is 11 characters longer, and labels of its pods have at most 63.
    private const int LongestName = 52;

    public static KindRules Rules { get; } =
        new()
        {
            NameUse = WorkloadRules.PodNames,
            StatusMayChangeMetadata = true,
            CheckName = static name =>
                [
                    .. NameRules.Subdomain(name),
                    .. name.Length > LongestName ? [$"must be no more than {LongestName} characters"] : (string[])[],
                ],
            PrepareCreate = WorkloadRules.EmptyStatus,
            Default = static item =>
            {
                JsonObject spec = item.Ensure("spec");
                spec.Default("concurrencyPolicy", "Allow");
                spec.Default("suspend", false);
                spec.Default("successfulJobsHistoryLimit", 3);
                spec.Default("failedJobsHistoryLimit", 1);
                JsonObject job = spec.Ensure("jobTemplate");
                job.Ensure("metadata");
                JsonObject template = job.Ensure("spec").Ensure("template");
                template.Ensure("metadata");
                PodRules.DefaultSpec(template.Ensure("spec"));
            },
            Validate = static (item, _, errors) =>
            {
                JsonObject spec = item["spec"]!.AsObject();
                string schedule = spec.Text("schedule") ?? "";
                if (schedule.Length == 0)
                    errors.Required("spec.schedule");
                else if (CronSchedule.Fault(schedule) is { } fault)
                    errors.Invalid("spec.schedule", schedule, fault);
                foreach (
                    string member in (ReadOnlySpan<string>)
                        ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"]
                )
                    if (spec.Number(member) is < 0 and var number)
                        errors.Invalid("spec." + member, number, "must be greater than or equal to 0");
                if (spec.Text("concurrencyPolicy") is { } policy and not ("Allow" or "Forbid" or "Replace"))
                    errors.NotSupported("spec.concurrencyPolicy", $"\"{policy}\"", "Allow", "Forbid", "Replace");
                JsonObject? template = spec.Object("jobTemplate").Object("spec").Object("template");
                PodSpecRules.ValidateTemplate(template, "spec.jobTemplate.spec.template", errors);
                JobRules.CheckRestartPolicy(
                    template.Object("spec").Text("restartPolicy") ?? "",
                    "spec.jobTemplate.spec.template.spec.restartPolicy",
                    errors
                );
            },
        };
}
