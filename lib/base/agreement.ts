/** Whether two types allow the same values. */
export type Agrees<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Does not compile unless every member is `true`. */
export type Assert<All extends readonly true[]> = All
