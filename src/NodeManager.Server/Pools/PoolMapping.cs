using NodeManager.NodePools;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Pools;

internal static class PoolMapping
{
    public static ApiNodePoolStatus ToApi(this NodePoolStatus status) => new(status.PoolId, [.. status.Controllers.Select(ToApi)]);

    /// <exception cref="NodeManagerException">InvalidBody: a missing field.</exception>
    public static PoolStatusReport ToReport(this ApiPoolReport body) =>
        new()
        {
            Controller = ApiBody.Required(body.ControllerName, "controller_name"),
            ObservedGeneration = ApiBody.Required(body.ObservedGeneration, "observed_generation"),
            Conditions =
            [
                .. ApiBody
                    .Required(body.Conditions, "conditions")
                    .Select(
                        static (one, index) =>
                            new NodeCondition
                            {
                                Type = ApiBody.Required(one.Type, $"conditions[{index}].type"),
                                Status = ApiBody.Required(one.Status, $"conditions[{index}].status"),
                                LastTransitionTime = one.LastTransitionTime,
                                Reason = one.Reason ?? "",
                                Message = one.Message ?? "",
                            }
                    ),
            ],
            Metadata = body.Metadata ?? [],
        };

    private static ApiPoolController ToApi(NodePoolControllerStatus status) =>
        new(
            status.Name,
            status.ObservedGeneration,
            [
                .. status.Conditions.Select(static one => new ApiPoolCondition(
                    one.Type,
                    one.Status,
                    one.LastTransitionTime,
                    one.Reason.Length > 0 ? one.Reason : null,
                    one.Message.Length > 0 ? one.Message : null
                )),
            ],
            status.Metadata,
            status.UpdatedAt
        );
}
