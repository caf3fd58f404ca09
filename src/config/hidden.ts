/** What stands in the place of a secret wherever one is printed, and is refused where one is read. */
export const hidden = '***'
