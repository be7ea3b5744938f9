namespace NodeManager.Commands.Bases;

/// <summary>Refuses parameters that the cluster's NodeManager server cannot honor.</summary>
internal static class Detachment
{
    /// <param name="parameters">Each parameter's name, and whether it was bound.</param>
    /// <exception cref="NodeManagerException">DetachInvalid.</exception>
    public static void Refuse(params IEnumerable<(bool IsGiven, string Name)> parameters)
    {
        foreach ((bool isGiven, string name) in parameters)
        {
            if (isGiven)
            {
                throw new NodeManagerException(
                    ErrorIds.DetachInvalid,
                    ErrorKind.InvalidArgument,
                    $"-{name} cannot be used with -Detach.",
                    name,
                    $"Remove -{name}, or run the command without -Detach."
                );
            }
        }
    }
}
