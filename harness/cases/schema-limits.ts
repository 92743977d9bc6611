import { z } from 'zod'

/** `limits` of a case. */
export const limits = z
  .array(
    z.strictObject({
      metric: z.string().min(1).describe('Path of a saved number: copy.rows_per_second'),
      at_least: z.number().optional(),
      at_most: z.number().optional(),
      outside: z.string().optional().describe('A time to leave out: faults. Accepted; not heeded yet'),
      history: z
        .strictObject({
          worse_by: z.string().regex(/^\d+(\.\d+)?%$/),
          nights: z
            .int()
            .min(1)
            .max(50)
            .optional()
            .describe('Newest runs taken together, this one included. Default 4'),
          against: z.int().min(5).max(100).optional().describe('Runs before them. Default 20'),
          machine: z.literal('same').optional().describe('Runs of another machine class never count'),
          better: z.enum(['higher', 'lower']).optional().describe('Where neither at_least nor at_most tells'),
        })
        .optional()
        .describe(
          'How much worse than in earlier runs it may be: { worse_by: 10% }. Told in the report, and fails nothing',
        ),
    }),
  )
  .describe('Numbers that must hold once everything else has passed')
