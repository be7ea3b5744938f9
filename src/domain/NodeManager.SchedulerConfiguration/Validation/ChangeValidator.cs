using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Prevents changes that add errors to a configuration.</summary>
public static class ChangeValidator
{
    /// <summary>Refuses new errors; existing ones do not block a change.</summary>
    /// <param name="before">Null if it could not be read.</param>
    /// <param name="options">The target of the validation.</param>
    /// <param name="what">The name in messages.</param>
    /// <exception cref="NodeManagerException">SchedulerConfigurationInvalid, with all errors.</exception>
    public static void RejectNewErrors(SchedulerDocument? before, SchedulerDocument after, ValidationOptions options, string what)
    {
        var known = (
            before is null ? [] : SchedulerConfigurationValidator.Errors(before, options).Select(error => error.Identity)
        ).ToList();
        // Each known error counts once: a second of the same kind is new.
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
