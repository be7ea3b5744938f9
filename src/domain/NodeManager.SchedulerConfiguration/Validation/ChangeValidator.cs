using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Keeps a change from making a configuration worse.</summary>
public static class ChangeValidator
{
    /// <summary>Refuses errors that the configuration did not have before: what was wrong already is not the change's fault.</summary>
    /// <param name="before">The configuration before; null where it could not be read.</param>
    /// <param name="after">The configuration after the change.</param>
    /// <param name="options">What it is judged for.</param>
    /// <param name="what">What to call it.</param>
    /// <exception cref="NodeManagerException">SchedulerConfigurationInvalid, with all errors.</exception>
    public static void RejectNewErrors(SchedulerDocument? before, SchedulerDocument after, ValidationOptions options, string what)
    {
        var known = (
            before is null ? [] : SchedulerConfigurationValidator.Errors(before, options).Select(error => error.Identity)
        ).ToList();
        // Each known error stands for one: a second of the same kind is new.
        var added = SchedulerConfigurationValidator
            .Errors(after, options)
            .Where(error => !known.Remove(error.Identity))
            .Select(error => $"{error.Finding.Path}: {error.Finding.Message}")
            .ToList();
        if (added.Count > 0)
            throw new NodeManagerException(
                ErrorIds.SchedulerConfigurationInvalid,
                ErrorKind.InvalidOperation,
                $"A scheduler would not start with {what} after the change: {string.Join("; ", added)}.",
                what,
                "Make changes that depend on each other in one call, or use -Force to write it anyway."
            );
    }
}
