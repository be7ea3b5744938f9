namespace NodeManager.Sandbox.Controllers.Workloads;

/// <summary>Counts of a status: the API omits 0.</summary>
internal static class WorkloadStatuses
{
    public static void Set(JsonObject status, string member, int count)
    {
        if (count == 0)
            status.Remove(member);
        else
            status[member] = count;
    }
}
